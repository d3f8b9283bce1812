// Makes one PDF of several photographs: each on a page of A4, scaled down, and the right way up. photos.js loads it when it is
// first needed.

import { jsPDF } from "jspdf";

const LONGEST = 2200; // pixels of the longest side: 190 a inch on A4, so that small print can be read
const QUALITY = 0.8;
const MARGIN = 8; // mm

/** Draws a photograph in the size that it needs. The browser turns it as the camera was held. */
async function drawn(photo) {
  const picture = await createImageBitmap(photo, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff"; // Under what is transparent.
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return canvas;
}

async function jpegOf(canvas) {
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  return new Uint8Array(await blob.arrayBuffer());
}

function place(pdf, canvas, jpeg) {
  const { width, height } = pdf.internal.pageSize;
  const scale = Math.min((width - 2 * MARGIN) / canvas.width, (height - 2 * MARGIN) / canvas.height);
  const [wide, high] = [canvas.width * scale, canvas.height * scale];
  pdf.addImage(jpeg, "JPEG", (width - wide) / 2, (height - high) / 2, wide, high);
}

/** Returns a PDF of photographs, in their order. Rejects if the browser cannot read one of them. */
export async function pdfOf(photos, name) {
  let pdf = null;
  for (const photo of photos) {
    const canvas = await drawn(photo);
    const orientation = canvas.width > canvas.height ? "landscape" : "portrait";
    if (pdf) pdf.addPage("a4", orientation);
    else pdf = new jsPDF({ format: "a4", orientation, unit: "mm" });
    place(pdf, canvas, await jpegOf(canvas));
    canvas.width = 0; // Frees its memory, of which a phone has little.
  }
  return new File([pdf.output("blob")], name, { type: "application/pdf" });
}
