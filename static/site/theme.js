// Runs before the first paint, so that the page never flashes in the other colours. What
// was chosen in the administration holds here too; else what the system says, as it says it.
(() => {
  const root = document.documentElement
  const system = matchMedia('(prefers-color-scheme: dark)')
  const follow = () => {
    const chosen = localStorage.getItem('haat.theme')
    root.dataset.theme = chosen === 'light' || chosen === 'dark' ? chosen : system.matches ? 'dark' : 'light'
    // What Swagger UI's style sheet goes by.
    root.classList.toggle('dark-mode', root.dataset.theme === 'dark')
  }
  follow()
  system.addEventListener('change', follow)
  addEventListener('storage', follow)
})()
