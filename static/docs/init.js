// In a file of its own, since the content security policy allows no inline script.
window.ui = SwaggerUIBundle({
  url: "/schema/",
  dom_id: "#swagger-ui",
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: "StandaloneLayout",
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
