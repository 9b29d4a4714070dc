// Seals a set of answers in the browser: payload to JSON, padded to a size class, sealed as an age
// file to every recipient. The same format is made by xinqiao/intake/seal.py.
// Fails with an Error whose `code` is insecure-context, unsupported, bad-recipient or too-large.
import "./unsupported.js";
import { Encrypter } from "age-encryption";
import { failed } from "./failed.js";

const SIZE_CLASSES = [1024, 4096, 16384, 65536];
const RECIPIENT = /^age1[02-9ac-hj-np-z]{58}$/;
const SPACE = 0x20;

// The envelope that is addressed already; used once.
let ready = null;

function padded(payload) {
  const text = new TextEncoder().encode(JSON.stringify(payload));
  const size = SIZE_CLASSES.find((limit) => text.length <= limit);
  if (size === undefined) {
    throw failed("too-large");
  }
  const bytes = new Uint8Array(size).fill(SPACE);
  bytes.set(text);
  return bytes;
}

async function seal(payload, recipients) {
  check();
  const bytes = padded(payload);
  const envelope = isReady(recipients) ? ready : addressed(recipients);
  ready = null;
  return envelope.fill(bytes);
}

// Addresses the next envelope ahead of time, so that sealing has little left to do.
async function prepare(recipients) {
  check();
  if (!isReady(recipients)) {
    ready = addressed(recipients);
  }
  const envelope = ready;
  await envelope.made.catch((failure) => {
    ready = ready === envelope ? null : ready;
    throw failure;
  });
}

function isReady(recipients) {
  return ready !== null && ready.to === recipients.join();
}

function check() {
  // Over plain http a browser has no crypto.subtle, and anybody on the way could have changed this script.
  if (!window.isSecureContext || !window.crypto || !window.crypto.subtle) {
    throw failed("insecure-context");
  }
  if (typeof TransformStream === "undefined") {
    throw failed("unsupported");
  }
}

// An envelope for one set of answers. What takes long, agreeing on a key with each recipient, begins here.
function addressed(recipients) {
  const content = new TransformStream();
  const made = encrypter(recipients).encrypt(content.readable);
  const fill = async (bytes) => {
    const writer = content.writable.getWriter();
    const whole = new Response(await made).arrayBuffer();
    const [sealed] = await Promise.all([whole, writer.write(bytes), writer.close()]);
    return new Uint8Array(sealed);
  };
  return { to: recipients.join(), made, fill };
}

function encrypter(recipients) {
  // The library also takes kinds of recipients that the college's own program cannot open.
  if (!recipients.length || !recipients.every((one) => RECIPIENT.test(one))) {
    throw failed("bad-recipient");
  }
  const made = new Encrypter();
  try {
    recipients.forEach((one) => made.addRecipient(one));
  } catch (wrongChecksum) {
    throw failed("bad-recipient");
  }
  return made;
}

window.xinqiaoSeal = { prepare, seal };
