// Runs before the first paint, so that the page never flashes in the other colours.
(() => {
  const chosen = localStorage.getItem('haat.theme')
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
})()
