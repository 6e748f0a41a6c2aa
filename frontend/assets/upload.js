// Uploading one file or several (one dataset): a multipart request straight to the API, then on to the dataset's page.
(function () {
  const swapscope = (window.swapscope = window.swapscope || {});

  function part(zone, name) {
    return zone.querySelector(".drop-" + name);
  }

  function state(zone, value) {
    zone.dataset.upload = value;
  }

  function megabytes(bytes) {
    return bytes < 1e6 ? Math.max(1, Math.round(bytes / 1e3)) + " kB" : (bytes / 1e6).toFixed(1) + " MB";
  }

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function refuse(zone, problem) {
    const box = part(zone, "refused");
    box.replaceChildren(element("p", "refused-title", problem.title), element("p", "soft small", problem.detail || ""));
    const errors = (problem.errors || []).slice(0, 8);
    if (errors.length) {
      const table = element("table", "plain");
      const head = element("tr");
      const names = ["row", "column", "value", "expected"];
      if (errors.some((error) => error.file)) names.unshift("file");
      names.forEach((name) => head.append(element("th", "", name)));
      table.append(head);
      errors.forEach((error) => {
        const row = element("tr");
        names.forEach((name) => row.append(element("td", "", String(error[name] ?? ""))));
        table.append(row);
      });
      box.append(table);
      if (problem.errors.length > errors.length)
        box.append(element("p", "soft small", "and " + (problem.errors.length - errors.length) + " more rows"));
    }
    state(zone, "refused");
  }

  function send(zone, files) {
    const request = new XMLHttpRequest();
    const form = new FormData();
    files.forEach((file) => form.append("file", file, file.name));
    const fill = zone.querySelector(".bar-fill");
    const words = part(zone, "words");
    part(zone, "name").textContent = files.length === 1 ? files[0].name : files.length + " files";
    fill.style.width = "0%";
    state(zone, "busy");
    part(zone, "cancel").onclick = () => request.abort();
    request.upload.onprogress = (event) => {
      const share = event.lengthComputable ? event.loaded / event.total : 0;
      fill.style.width = 100 * share + "%";
      fill.parentElement.setAttribute("aria-valuenow", Math.round(100 * share));
      words.textContent =
        share < 1 ? megabytes(event.loaded) + " of " + megabytes(event.total) : "Received. Understanding the columns …";
    };
    request.onload = () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        answer = {};
      }
      if (request.status < 300 && answer.id) {
        state(zone, "idle");
        swapscope.go("/dataset/" + answer.id);
        swapscope.events.open();
      } else if (request.status === 413)
        refuse(zone, { title: answer.title || "The file is too large", detail: answer.detail || "Up to 200 MB can be read at once here." });
      else refuse(zone, { title: answer.title || "The file could not be taken", detail: answer.detail, errors: answer.errors });
    };
    request.onerror = () => refuse(zone, { title: "The server does not answer", detail: "Check that it runs, then try again." });
    request.onabort = () => state(zone, "idle");
    request.open("POST", "/api/datasets");
    request.send(form);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".drop-button");
    if (!button) return;
    const zone = button.closest("[data-upload]");
    const input = document.createElement("input");
    input.type = "file";
    input.accept = zone.dataset.accept;
    input.multiple = true;
    input.onchange = () => input.files.length && send(zone, [...input.files]);
    input.click();
  });

  const zoneOf = (event) => event.target.closest && event.target.closest("[data-upload]");
  document.addEventListener("dragover", (event) => {
    event.preventDefault(); // a file dropped beside the zone must not replace the page
    document.querySelectorAll("[data-upload]").forEach((zone) => zone.classList.toggle("over", zone === zoneOf(event)));
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.querySelectorAll("[data-upload]").forEach((zone) => zone.classList.remove("over"));
    const zone = zoneOf(event) || document.querySelector("[data-upload]");
    const files = event.dataTransfer ? [...event.dataTransfer.files] : [];
    if (zone && files.length) send(zone, files);
  });
})();
