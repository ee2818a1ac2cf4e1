// Shows a chart's values at the pointer, or where the arrow keys have moved to. The values are read from the chart's own table.
"use strict";
const overTime = [];

for (const plot of document.querySelectorAll(".plot")) {
  const figure = plot.closest("figure");
  const rows = [...figure.querySelectorAll("tbody tr")];
  if (rows.length === 0) continue;
  const heads = [...figure.querySelectorAll("thead th")].map((head) => head.textContent);
  const column = Number(plot.dataset.column ?? 0);
  const cursor = add(plot, "cursor");
  const tip = add(plot, "tip");
  tip.setAttribute("role", "status");
  let current = -1;

  const at = (row) => Number(row.dataset.x);
  const show = (row) => {
    cursor.hidden = tip.hidden = false;
    cursor.style.left = at(row) + "%";
    const cells = [...row.cells].map((cell) => cell.textContent);
    tip.replaceChildren(line("b", cells[0]));
    cells.forEach((cell, index) => {
      if (index > 0 && (column === 0 || column === index)) tip.append(line("div", heads[index], cell));
    });
    const isRight = at(row) > 50;
    tip.style.left = isRight ? "" : `calc(${at(row)}% + 10px)`;
    tip.style.right = isRight ? `calc(${100 - at(row)}% + 10px)` : "";
    if ("overTime" in figure.dataset) for (const other of overTime) if (other.plot !== plot) other.follow(at(row));
  };
  const hide = () => {
    cursor.hidden = tip.hidden = true;
    current = -1;
    for (const other of overTime) other.follow(null);
  };
  if ("overTime" in figure.dataset) {
    overTime.push({
      plot,
      follow: (x) => {
        tip.hidden = true;
        cursor.hidden = x === null;
        if (x !== null) cursor.style.left = x + "%";
      },
    });
  }
  plot.addEventListener("pointermove", (event) => {
    const box = plot.getBoundingClientRect();
    const x = (100 * (event.clientX - box.left)) / box.width;
    current = nearest(rows, x, at);
    show(rows[current]);
  });
  plot.addEventListener("pointerleave", hide);
  plot.addEventListener("blur", hide);
  plot.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: -1, ArrowRight: 1, Home: -rows.length, End: rows.length };
    if (event.key === "Escape") hide();
    if (!(event.key in moves)) return;
    event.preventDefault();
    current = Math.min(rows.length - 1, Math.max(0, current + moves[event.key]));
    show(rows[current]);
  });
}

function add(plot, name) {
  const element = document.createElement("div");
  element.className = name;
  element.hidden = true;
  plot.append(element);
  return element;
}

function line(tag, ...texts) {
  const element = document.createElement(tag);
  element.append(...texts.map((text) => Object.assign(document.createElement("span"), { textContent: text })));
  return element;
}

function nearest(rows, x, at) {
  let best = 0;
  rows.forEach((row, index) => {
    if (Math.abs(at(row) - x) < Math.abs(at(rows[best]) - x)) best = index;
  });
  return best;
}
