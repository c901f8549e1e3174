// Runs in every page before its first paint: the remembered colours, and whether the reader comes to the top of the page.
// All other script (site.js, which is fetched meanwhile) begins when the page has been painted; where no browser says
// so, and in a tab that is behind others, a little later.
{
const { dataset } = document.documentElement;
try { dataset.theme = localStorage.getItem("statusbook.theme") || ""; } catch {}
if (!location.hash && performance.getEntriesByType("navigation")[0]?.type === "navigate") dataset.top = "";
onload = () => {
const begin = () => import(document.querySelector("[rel=modulepreload]").href);
new PerformanceObserver(begin).observe({ type: "largest-contentful-paint", buffered: true });
setTimeout(begin, 500);
};
}
