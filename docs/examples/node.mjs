// npm install socket.io-client
// node node.mjs http://localhost:4000 "$TOKEN" [recipientId]
import { io } from "socket.io-client";

const [url, token, recipientId] = process.argv.slice(2);
const socket = io(`${url}/messaging`, { auth: { token } });

socket.on("connect", () => {
  console.log(socket.recovered ? "back, nothing was missed" : "connected");
  if (recipientId) {
    socket.timeout(5000).emit("typing", { recipientId, isTyping: true }, (error, answer) =>
      console.log("typing:", error ?? answer),
    );
  }
});
// A token that has expired: show the next one with `auth: (done) => done({ token: … })`.
socket.on("connect_error", (error) => console.error("refused:", error.data?.code ?? error.message));
socket.on("disconnect", (reason) => console.log("disconnected:", reason));
// What was missed cannot be replayed: load everything anew by REST.
socket.on("resyncRequired", ({ reason }) => console.log("reload everything:", reason));
socket.onAny((name, payload) => console.log(name, JSON.stringify(payload)));
