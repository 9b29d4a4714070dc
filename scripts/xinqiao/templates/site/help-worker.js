/* Keeps one page, the help page, for when the network fails. It keeps nothing else, and it sends nothing. */
"use strict";

const PAGE = new URL("help-now/", self.registration.scope).href;
// Sites that share a host share their caches' names too.
const OURS = "xinqiao-help " + self.registration.scope + " ";
const KEPT = OURS + "{{ version }}";
const PATIENCE = 2500;  // milliseconds for the help page itself, after which the kept copy is shown
const NOTICE = '<p role="status"><strong>{{ notice[zh] }}</strong><br><span lang="en">{{ notice[en] }}</span></p>';

async function keep() {
  const answer = await fetch(PAGE, { cache: "reload", credentials: "omit" });
  if (!answer.ok || answer.redirected) throw new Error("the help page is not there");
  await (await caches.open(KEPT)).put(PAGE, answer);
  await self.skipWaiting();
}

async function tidy() {
  const old = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== KEPT);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/* The kept page at the address that failed, so that loading it again tries that address again. */
async function kept(status) {
  const page = await caches.match(PAGE, { cacheName: KEPT });
  if (!page) return Response.error();
  const text = (await page.text())
    .replace("<head>", '<head><base href="' + PAGE + '">')
    .replace("<main>", "<main>" + NOTICE);
  return new Response(text, { status: status, headers: { "Content-Type": "text/html; charset=utf-8" } });
}

async function orHelp(request) {
  try {
    const answer = await fetch(request);
    return answer.status < 500 ? answer : await kept(answer.status);
  } catch (error) {
    return kept(503);
  }
}

function soon(request) {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  return Promise.race([orHelp(request), late.then(() => kept(200))]);
}

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(tidy()));
self.addEventListener("fetch", (event) => {
  const request = event.request;
  if (request.mode !== "navigate" || request.method !== "GET") return;
  event.respondWith(request.url.split("#")[0] === PAGE ? soon(request) : orHelp(request));
});
