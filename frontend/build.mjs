// Builds the assets: the scripts and style sheets of src/, the drawings of the icons in icons.json, the unchanged files of
// public/, and the licences of all packages in them.
//
// assemble.py runs it, after installing the packages of package-lock.json. It then adds the fonts, and packs all of it.

import { existsSync } from "node:fs";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import * as esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const sources = path.join(here, "src");
const packages = path.join(here, "node_modules");
const FONTS = ["source-sans", "@fontsource/source-serif-4"]; // web_fonts.py cuts them.
const output = path.resolve(process.argv[2]);

/** Bundles each script and style sheet directly in src/ to a file of the same name. Deeper files are parts of these. */
async function bundle() {
  const names = (await readdir(sources)).filter((name) => /\.(css|js)$/.test(name)).sort();
  const { metafile } = await esbuild.build({
    absWorkingDir: here,
    entryPoints: names.map((name) => path.join(sources, name)),
    outdir: output,
    assetNames: "[name]",
    bundle: true,
    external: ["canvg", "dompurify", "html2canvas", "*.woff2"], // Those of jsPDF for SVG and HTML, which the portal never asks for.
    minify: true,
    format: "esm",
    target: ["es2022", "safari16"],
    charset: "utf8",
    legalComments: "none", // LICENSES.txt has the full texts.
    loader: { ".svg": "file" },
    logLevel: "warning",
    metafile: true,
  });
  return Object.keys(metafile.inputs);
}

/** Moves pictures from style sheets to files, so that the portal's CSP does not have to allow `data:`. */
async function unpackPictures() {
  for (const name of (await readdir(output)).filter((name) => name.endsWith(".css"))) {
    const pictures = new Map(); // The name of the file of each picture.
    const css = (await readFile(path.join(output, name), "utf8")).replace(
      /url\("data:image\/svg\+xml;charset=utf-8,([^"]+)"\)/g,
      (_, encoded) => {
        const picture = decodeURIComponent(encoded);
        if (!pictures.has(picture)) pictures.set(picture, `${path.parse(name).name}-${pictures.size + 1}.svg`);
        return `url("${pictures.get(picture)}")`;
      },
    );
    if (css.includes("data:")) throw new Error(`${name} still has a data: URL, which the portal's CSP forbids`);
    await writeFile(path.join(output, name), css);
    for (const [picture, file] of pictures) await writeFile(path.join(output, file), picture);
  }
}

/** Writes the drawing of each icon, which templates put into the page: no request, and the colour of the text around it. */
async function icons() {
  const names = JSON.parse(await readFile(path.join(here, "icons.json"), "utf8"));
  const drawings = await Promise.all([...names].sort().map(async (name) => [name, await drawing(name)]));
  await writeFile(path.join(output, "icons.json"), `${JSON.stringify(Object.fromEntries(drawings), null, 1)}\n`);
}

async function drawing(name) {
  const file = path.join(packages, "lucide-static", "icons", `${name}.svg`);
  if (!existsSync(file)) throw new Error(`icons.json: lucide has no icon named '${name}'`);
  return (await readFile(file, "utf8")).match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1].replace(/\s*\n\s*/g, "");
}

/** Writes the licence of each package in the bundles, as those licences require. */
async function licences(inputs) {
  const names = new Set(["lucide-static", ...FONTS]);
  for (const input of inputs) {
    const found = input.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)\//);
    if (found) names.add(found[1]);
  }
  const texts = await Promise.all([...names].sort().map(licence));
  await writeFile(path.join(output, "LICENSES.txt"), texts.join("\n\n"));
}

async function licence(name) {
  const folder = path.join(packages, name);
  const { version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e(\.(md|txt))?$/i.test(entry));
  const text = file ? (await readFile(path.join(folder, file), "utf8")).trim() : `Licensed under ${license}.`;
  return `${name} ${version} (${license})\n${"-".repeat(78)}\n${text}\n`;
}

await rm(output, { recursive: true, force: true });
await mkdir(output, { recursive: true });
const inputs = await bundle();
await unpackPictures();
await icons();
if (existsSync(path.join(here, "public"))) await cp(path.join(here, "public"), output, { recursive: true });
await licences(inputs);
