// Runs in every page before its first paint: the remembered colours, and whether the reader comes to the top of the page.
{
const { dataset } = document.documentElement;
try { dataset.theme = localStorage.getItem("statusbook.theme") || ""; } catch { dataset.theme = ""; }
if (!location.hash && performance.getEntriesByType("navigation")[0]?.type === "navigate") dataset.top = "";
}
