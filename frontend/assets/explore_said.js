// What the Explore page says about a picture: numbers beside those of the model, the runs without interventions and the
// other network; where recorded responses come from; what is not known.
(() => {
  "use strict";
  const { spread, wrap } = window.swapscope.angles;
  const percent = (share) => `${Math.round(100 * share)} %`;
  const degree = (angle) => `${Math.round((angle * 180) / Math.PI)}°`;
  const element = (id) => document.getElementById(id);

  // Swap share (null for one item), sd about the cued item (radians, NaN for none) and the share near no item.
  const measure = ({ responses, group, summary }, { report, cued }) => {
    const share = (kind) => group.reduce((sum, value) => sum + (value === kind), 0) / responses.length;
    const own = Array.from(responses).filter((_, run) => group[run] === 0).map((angle) => wrap(angle - report[cued]));
    return { swaps: report.length === 1 ? null : summary.swap_network ?? share(1), sd: summary.sd_network ?? spread(own), neither: share(2) };
  };

  const SAID = {
    swaps: ({ swaps }) => (swaps === null ? "—" : percent(swaps)),
    sd: ({ sd }) => (Number.isFinite(sd) ? degree(sd) : "—"),
    neither: ({ neither }) => percent(neither),
  };

  // beside: {baseline, other}: results or null. names: how the other network is called.
  const sayNumbers = (result, display, beside, name) => {
    const own = measure(result, display);
    const told = result.summary.swap_model;
    for (const [what, words] of Object.entries(SAID)) {
      element(`explore-said-${what}`).textContent = words(own);
      const lines = [];
      if (what === "swaps" && own.swaps !== null && told !== undefined && told !== null) lines.push(["model", `model ${percent(told)}`]);
      if (beside.baseline) lines.push(["baseline", `without ${words(measure(beside.baseline, display))}`]);
      if (beside.other) lines.push(["other", `other ${words(measure(beside.other, display))}`]);
      element(`explore-beside-${what}`).replaceChildren(...lines.map(([kind, text]) => window.swapscope.draw.html("span", { class: `is-${kind}`, ...(kind === "other" ? { title: name } : {}) }, text)));
    }
  };

  // What the rug shows, and what was counted as nearby.
  const recordedWords = ({ trials, within }, { cue, report }, source) => {
    if (!source.dataset) return source.law ? "No recorded responses: this network was trained on a swap law that was written down, not on data." : "No recorded responses: the dataset of this network is not here any more.";
    if (cue !== null) return "No recorded responses: the cue is at none of the items, which no experiment showed.";
    const items = report.length === 1 ? "1 item" : `${report.length} items`;
    if (!trials) return `No recorded responses: ${source.dataset} has no displays of ${items}.`;
    if (report.length === 1) return `${trials} recorded responses to displays of ${items}, turned onto this one.`;
    return `${trials} recorded responses to nearby displays, turned onto this one: ${items}, their distances from the cued one alike within ${degree(within)} (root mean square).`;
  };

  // What the model or the network cannot know about this display.
  const notesOf = (result, display, sizes) => {
    const count = display.report.length;
    const trained = sizes.length && !sizes.includes(count) ? [`The network was trained on displays of ${sizes.join(", ")} items; ${count} ${count === 1 ? "is" : "are"} new to it.`] : [];
    return [...trained, ...result.notes];
  };

  const sayNotes = (notes) => {
    const told = element("explore-notes");
    told.hidden = !notes.length;
    told.lastElementChild.textContent = notes.join(" ");
  };

  const sayProblem = (problem, root) => {
    const notice = element("explore-problem");
    notice.hidden = !problem;
    root.classList.toggle("is-stale", Boolean(problem));
    if (!problem) return;
    notice.querySelector("strong").textContent = problem.title;
    notice.querySelector("span").textContent = problem.detail;
    notice.querySelector("a").hidden = problem.status !== 409;
  };

  const sayIn = (id, words) => {
    const told = element(id);
    told.hidden = !words;
    told.textContent = words;
  };

  window.swapscope.words = { sayNumbers, recordedWords, notesOf, sayNotes, sayProblem, sayIn };
})();
