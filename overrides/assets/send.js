/* Sealing and sending a form. Nothing is stored, nothing else is loaded than seal.js, nothing is sent before a
   person sends it. Needs form.js. Without this script the browser posts the form. */
(function () {
  "use strict";

  var shared = window.xinqiaoForm;
  var meet = shared.meet;

  /* A page of questions that can be sent. */
  function Sender(form) {
    var sender = this;
    shared.Page.call(this, form);
    this.failure = form.querySelector(".xq-failure");
    this.status = form.querySelector(".xq-form-status");
    this.button = form.querySelector("button[type=submit]");
    this.sealed = null;
    form.noValidate = true;
    if (form.hasAttribute("data-paged")) this.turner = new shared.Turner(this);
    var print = form.querySelector(".xq-print");
    if (print) {
      print.hidden = false;
      print.querySelector("button").addEventListener("click", function () { window.print(); });
    }
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      sender.submit();
    });
    if (!window.isSecureContext) {
      // Said before anybody fills it in for nothing.
      form.insertBefore(this.failure, form.firstChild);
      this.tell("insecure");
    } else if (Date.parse(form.getAttribute("data-closes") || "") <= Date.now()) {
      form.insertBefore(this.failure, form.firstChild);
      this.tell("late");
    }
  }

  Sender.prototype = Object.create(shared.Page.prototype);

  Sender.prototype.changed = function () {
    this.load().catch(function () {});
    shared.Page.prototype.changed.call(this);
  };

  /* The sealing script, asked for once; a failed load may be tried again. What of sealing takes long needs no answers:
     it addresses the envelope as soon as the browser has nothing else to do. */
  Sender.prototype.load = function () {
    var page = this;
    if (window.xinqiaoSeal) return Promise.resolve();
    if (!this.loading) {
      this.loading = new Promise(function (done, failed) {
        var script = document.createElement("script");
        script.src = page.form.getAttribute("data-seal");
        script.integrity = page.form.getAttribute("data-seal-integrity") || "";
        script.onload = function () {
          if (!window.xinqiaoSeal) { script.onerror(); return; }
          done();
          (window.requestIdleCallback || setTimeout)(function () { page.prepare(); });
        };
        script.onerror = function () {
          page.loading = null;
          failed(new Error("unsealed"));
        };
        document.head.appendChild(script);
      });
    }
    return this.loading;
  };

  Sender.prototype.prepare = function () {
    if (this.sealed || this.busy) return;
    window.xinqiaoSeal.prepare(this.form.dataset.recipients.split(" ")).catch(function () {});
  };

  /* Seals the answers; the same answers give the same sealed bytes again, so that a repeat counts once. */
  Sender.prototype.seal = function () {
    var page = this;
    var data = this.form.dataset;
    var payload = { v: 1, form: data.form, version: Number(data.version), lang: data.lang, answers: this.answers() };
    var key = JSON.stringify(payload);
    if (this.sealed && this.sealed.key === key) return Promise.resolve(this.sealed.bytes);
    return this.load().then(function () {
      return window.xinqiaoSeal.seal(payload, data.recipients.split(" "));
    }).then(function (bytes) {
      page.sealed = { key: key, bytes: bytes };
      return bytes;
    }, function () { throw new Error("unsealed"); });
  };

  Sender.prototype.post = function (bytes) {
    var stop = typeof AbortController === "function" ? new AbortController() : null;
    var clock = setTimeout(function () { if (stop) stop.abort(); }, 30000);
    var ended = function () { clearTimeout(clock); };
    return fetch(this.form.action, {
      method: "POST",
      body: bytes,
      headers: { "Content-Type": "application/octet-stream" },
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      signal: stop ? stop.signal : undefined
    }).then(function (response) {
      ended();
      return response;
    }, function () {
      ended();
      throw new Error("offline");
    });
  };

  Sender.prototype.submit = function () {
    var page = this;
    if (this.busy) return;
    this.failure.hidden = true;
    if (!window.isSecureContext) { this.fail("insecure"); return; }
    if (!this.check()) return;
    this.busy = true;
    this.button.setAttribute("aria-disabled", "true");
    this.status.textContent = this.say.sealing;
    this.seal().then(function (bytes) {
      page.status.textContent = page.say.sending;
      return page.post(bytes);
    }).then(function (response) {
      var waiting = page.form.getAttribute("data-waiting");
      if (response.ok && !waiting) {
        page.follow("data-thanks");
        return;
      }
      return response.json().catch(function () { return {}; }).then(function (told) {
        if (response.ok) page.follow(told.waiting ? "data-waiting" : "data-thanks");
        else if (told.code === "submit-closed") page.follow("data-closed");
        else page.fail("refused", told[page.form.dataset.lang]);
      });
    }).catch(function (error) { page.fail(page.say[error.message] ? error.message : "unsealed"); });
  };

  /* Leads to the page that follows; it is no way back to the answers. */
  Sender.prototype.follow = function (where) {
    var next = new URL(this.form.getAttribute(where), location.href.split("#")[0]).href;
    window.xinqiaoExit.rewind(function () { location.replace(next); });
  };

  /* Says what happened and what to do; the answers stay in the page. */
  Sender.prototype.fail = function (code, detail) {
    this.busy = false;
    this.button.removeAttribute("aria-disabled");
    this.status.textContent = "";
    this.tell(code, detail);
    meet(this.failure);
  };

  Sender.prototype.tell = function (code, detail) {
    var page = this;
    this.failure.textContent = "";
    this.failure.setAttribute("data-code", code);
    [this.say[code], typeof detail === "string" ? detail : "", this.say.kept].filter(Boolean).forEach(function (text) {
      page.failure.appendChild(document.createElement("p")).textContent = text;
    });
    this.failure.hidden = false;
  };

  shared.Sender = Sender;
  shared.ready(function () {
    shared.all("form.xq-form:not([data-received])", document).forEach(function (form) { return new Sender(form); });
  });
})();
