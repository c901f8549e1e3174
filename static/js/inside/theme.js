try{document.documentElement.dataset.theme=localStorage.getItem("statusbook.theme")||""}catch{document.documentElement.dataset.theme=""}
