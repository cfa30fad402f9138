/* Shows the demo logins where there are any. */
const instance = await (await fetch('/instance.json')).json()
if (instance.demo) {
  document.getElementById('demo-password').textContent = instance.logins[0].password
  document.getElementById('demo-logins').append(...instance.logins.map(({ email }) => {
    const item = document.createElement('li')
    const name = document.createElement('code')
    name.textContent = email
    item.append(name)
    return item
  }))
  document.getElementById('demo').hidden = false
}
