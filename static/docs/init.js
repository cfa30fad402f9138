// In a file of its own, since the content security policy allows no inline script.
// Two things of the library that a keyboard or a screen reader stumbles over: a link
// inside the button that opens an operation, and a choice of one server, this one.
const plainer = ({ React }) => ({
  wrapComponents: {
    DeepLink: () => ({ text }) => React.createElement("span", { className: "nostyle" }, text),
    ServersContainer: () => () => null,
  },
});

window.ui = SwaggerUIBundle({
  url: "/schema/",
  dom_id: "#swagger-ui",
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [plainer],
  layout: "BaseLayout",
  // The token survives a reload of the page, and "Try it out" is open at once.
  persistAuthorization: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  filter: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  // No outside validator, no outside badge.
  validatorUrl: null,
});

async function signIn({ email, password }) {
  const told = document.getElementById("signed-in");
  const answer = await fetch("/api/auth/login/", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  const body = await answer.json();
  if (answer.ok) window.ui.preauthorizeApiKey("bearer", body.access);
  told.textContent = answer.ok ? `Signed in as ${email}.` : body.detail;
}

async function offerLogins() {
  const instance = await (await fetch("/instance.json")).json();
  const place = document.getElementById("logins");
  for (const login of instance.logins) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = login.email.split("@")[0];
    button.title = login.email;
    button.addEventListener("click", () => signIn(login));
    place.append(button);
  }
  place.hidden = !instance.demo;
}
offerLogins();
