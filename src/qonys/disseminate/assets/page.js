// A vintage that is no longer the current one says so. Whoever serves the page may have said it; from a disk nothing is asked.
if (location.protocol.startsWith("http") && !document.getElementById("vintage-banner")) {
  const vintage = new URL("..", location.href).pathname.split("/").at(-2);
  fetch("../../status.json").then((answer) => answer.json()).then((status) => {
    const known = status.vintages.find((one) => one.vintage === vintage);
    const notice = known && known.notice && known.notice[document.documentElement.lang];
    if (vintage === status.current || !notice) return;
    const banner = document.createElement("aside"), link = document.createElement("a");
    banner.id = "vintage-banner";
    banner.className = "vintage-banner";
    link.href = `../../latest/${document.documentElement.lang}/index.html`;
    link.textContent = status.latest[document.documentElement.lang] ?? "";
    banner.setAttribute("aria-label", link.textContent);
    banner.append(notice, " ", link);
    document.querySelector("header").before(banner);
  }).catch(() => {});
}

// The language switch keeps the place on the page.
for (const link of document.querySelectorAll(".languages a")) {
  link.addEventListener("click", () => { link.hash = location.hash; });
}

// A circle of chords shows one area alone while it is pointed at, or reached by the keyboard. On paper it is wanted too,
// wherever one has scrolled, so that it is loaded with the page where there is room for it.
for (const list of document.querySelectorAll(".focus")) {
  const image = list.parentElement.querySelector("img.chord"), whole = image.getAttribute("src");
  if (image.checkVisibility?.() ?? true) image.loading = "eager";
  for (const link of list.querySelectorAll("a")) {
    for (const event of ["mouseenter", "focus"]) link.addEventListener(event, () => { image.src = link.getAttribute("href"); });
    for (const event of ["mouseleave", "blur"]) link.addEventListener(event, () => { image.src = whole; });
    link.addEventListener("click", (event) => { event.preventDefault(); link.focus(); image.src = link.getAttribute("href"); });
  }
}
