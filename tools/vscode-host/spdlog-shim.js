/* global exports */
// A plain JavaScript stand-in for the native @vscode/spdlog, so that the test host needs no compiler. The VS Code
// server writes its own logs and every extension's output channels through it.
const fs = require("node:fs");
const path = require("node:path");

const levels = ["trace", "debug", "info", "warning", "error", "critical", "off"];
let initialLevel = 0;

class Logger {
  constructor(_type, _name, file) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    this.handle = fs.openSync(file, "a");
    this.level = initialLevel;
    this.plain = false;
  }
  write(level, message) {
    if (level < this.level || this.handle === undefined) return;
    const time = new Date().toISOString().replace("T", " ").replace("Z", "");
    fs.writeSync(this.handle, this.plain ? message : `${time} [${levels[level]}] ${message}\n`);
  }
  trace(message) {
    this.write(0, message);
  }
  debug(message) {
    this.write(1, message);
  }
  info(message) {
    this.write(2, message);
  }
  warn(message) {
    this.write(3, message);
  }
  error(message) {
    this.write(4, message);
  }
  critical(message) {
    this.write(5, message);
  }
  getLevel() {
    return this.level;
  }
  setLevel(level) {
    this.level = level;
  }
  setPattern() {}
  clearFormatters() {
    this.plain = true;
  }
  flush() {}
  drop() {
    if (this.handle !== undefined) fs.closeSync(this.handle);
    this.handle = undefined;
  }
}

const create = async (name, file) => new Logger("rotating", name, file);

// Assigned one by one on purpose: the server imports these by name from an ES module.
exports.version = 0;
exports.setLevel = (level) => {
  initialLevel = level;
};
exports.setFlushOn = () => {};
exports.Logger = Logger;
exports.createRotatingLogger = create;
exports.createAsyncRotatingLogger = create;
