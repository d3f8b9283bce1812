// QU-2: loads signature.js on pages that ask for a signature. Without it, a name is typed.

function draw() {
  const place = document.querySelector("[data-signature]:not([data-signature-drawn])");
  if (place) import(place.dataset.signature).then(({ drawHere }) => drawHere(), () => {});
}

export function offerDrawing() {
  draw();
  document.addEventListener("klantportaal:questions", draw); // Questions and rows that came.
}
