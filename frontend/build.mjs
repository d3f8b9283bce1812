// Builds the assets that browsers load: the scripts and style sheets of src/, a sprite of the icons in icons.json, the
// unchanged files of public/, and the licences of all packages in them.
//
// assemble.py runs it, after installing the packages of package-lock.json.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import * as esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const sources = path.join(here, "src");
const packages = path.join(here, "node_modules");
const output = path.resolve(here, process.argv[2] ?? "../src/klantportaal/adapters/web/static");

/** Bundles each script and style sheet directly in src/ to a file of the same name. Deeper files are parts of these. */
async function bundle() {
  const names = (await readdir(sources)).filter((name) => /\.(css|js)$/.test(name)).sort();
  const { metafile } = await esbuild.build({
    absWorkingDir: here,
    entryPoints: names.map((name) => path.join(sources, name)),
    outdir: output,
    assetNames: "[name]",
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022", "safari16"],
    charset: "utf8",
    legalComments: "none", // LICENSES.txt has the full texts.
    loader: { ".svg": "file", ".woff2": "file" },
    logLevel: "warning",
    metafile: true,
  });
  return Object.keys(metafile.inputs);
}

/** Moves pictures from style sheets to files, so that the portal's CSP does not have to allow `data:`. */
async function unpackPictures() {
  for (const name of (await readdir(output)).filter((name) => name.endsWith(".css"))) {
    const pictures = new Map();
    const css = (await readFile(path.join(output, name), "utf8")).replace(
      /url\("data:image\/svg\+xml;charset=utf-8,([^"]+)"\)/g,
      (_, encoded) => {
        const picture = decodeURIComponent(encoded);
        const file = `${createHash("sha256").update(picture).digest("hex").slice(0, 12)}.svg`;
        pictures.set(file, picture);
        return `url("${file}")`;
      },
    );
    if (css.includes("data:")) throw new Error(`${name} still has a data: URL, which the portal's CSP forbids`);
    await writeFile(path.join(output, name), css);
    for (const [file, picture] of pictures) await writeFile(path.join(output, file), picture);
  }
}

/** Adds the digest of each file to its address in style sheets, as pages do (http/assets.py): browsers then keep it for good. */
async function markVersions() {
  const versions = new Map();
  for (const name of await readdir(output)) {
    const content = await readFile(path.join(output, name));
    versions.set(name, createHash("sha256").update(content).digest("hex").slice(0, 16));
  }
  for (const name of [...versions.keys()].filter((name) => name.endsWith(".css"))) {
    const file = path.join(output, name);
    const marked = (_, asset) => `url("${asset}?v=${versions.get(asset)}")`;
    await writeFile(file, (await readFile(file, "utf8")).replace(/url\("(?:\.\/)?([^"]+)"\)/g, marked));
  }
}

/** Writes one <symbol> per icon. It has the colour of the text around its <use href="icons.svg#name">. */
async function sprite() {
  const names = JSON.parse(await readFile(path.join(here, "icons.json"), "utf8"));
  const symbols = await Promise.all([...names].sort().map(symbol));
  await writeFile(
    path.join(output, "icons.svg"),
    `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`,
  );
}

async function symbol(name) {
  const file = path.join(packages, "lucide-static", "icons", `${name}.svg`);
  if (!existsSync(file)) throw new Error(`icons.json: lucide has no icon named '${name}'`);
  const drawing = (await readFile(file, "utf8")).match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1].replace(/\s*\n\s*/g, "");
  return (
    `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" ` +
    `stroke-linecap="round" stroke-linejoin="round">${drawing}</symbol>`
  );
}

/** Writes the licence of each package in the bundles, as those licences require. */
async function licences(inputs) {
  const names = new Set(["lucide-static"]);
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
await markVersions();
await sprite();
if (existsSync(path.join(here, "public"))) await cp(path.join(here, "public"), output, { recursive: true });
await licences(inputs); // Last: make uses this file as the sign that the build is complete.
