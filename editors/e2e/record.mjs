// Stands between an editor and the server, passes everything on unchanged, and
// notes what the editor says, in the form that cmd/gloss/replay_test.go reads.
//
//   node record.mjs SESSION.jsonl PROGRAM ARGUMENT...
import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";

const [file, program, ...args] = process.argv.slice(2);
const server = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
const asked = new Map(); // the methods of the server's requests, by id

// Paths and process ids are those of this run alone.
const local = JSON.parse(process.env.GLOSS_E2E_PATHS ?? "{}");

function note(entry) {
  let line = JSON.stringify(entry);
  for (const [path, name] of Object.entries(local)) {
    line = line.replaceAll(path, name);
  }
  appendFileSync(file, line + "\n");
}

/** Calls each with every message of a stream of frames. */
function frames(each) {
  let rest = Buffer.alloc(0);
  return (data) => {
    rest = Buffer.concat([rest, data]);
    for (;;) {
      const end = rest.indexOf("\r\n\r\n");
      const length = end < 0 ? null : /Content-Length: (\d+)/i.exec(rest.toString("latin1", 0, end));
      const total = length ? end + 4 + Number(length[1]) : Infinity;
      if (rest.length < total) {
        return;
      }
      each(JSON.parse(rest.toString("utf8", end + 4, total)));
      rest = rest.subarray(total);
    }
  };
}

const fromClient = frames((m) => {
  if (m.method) {
    if (m.method === "initialize") {
      m.params.processId = null;
    }
    note({ id: m.id, method: m.method, params: m.params });
  } else {
    note({ answers: asked.get(m.id), result: m.result, error: m.error });
    asked.delete(m.id);
  }
});
const fromServer = frames((m) => {
  if (m.method && m.id !== undefined) {
    asked.set(m.id, m.method);
  }
});

process.stdin.on("data", (data) => {
  server.stdin.write(data);
  fromClient(data);
});
process.stdin.on("end", () => server.stdin.end());
server.stdin.on("error", () => {}); // its exit says more
server.stdout.on("data", (data) => {
  process.stdout.write(data);
  fromServer(data);
});
process.stdout.on("error", () => server.stdin.end());
server.on("exit", (code) => process.exit(code ?? 1));
for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, () => server.kill(signal));
}
