// Stands until the rest has loaded: a browser too old for it still gets an answer that can be told.
import { failed } from "./failed.js";

const refuse = () => Promise.reject(failed("unsupported"));
window.xinqiaoSeal = { prepare: refuse, seal: refuse };
