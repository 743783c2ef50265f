(window.chatgroups = window.chatgroups || function () {
  (window.chatgroups.q = window.chatgroups.q || []).push(arguments)
})('open')
;(function () {
  var plain = document.getElementById('plain')
  var site = plain.getAttribute('data-site')
  var key = 'chatgroups:' + site
  plain.hidden = true
  // Longer than the widget takes on a slow line; it is hidden again where it comes still.
  setTimeout(function () { plain.hidden = !!customElements.get('chatgroups-widget') }, 5000)
  customElements.whenDefined('chatgroups-widget').then(function () { plain.hidden = true })

  function load() {
    var script = document.createElement('script')
    script.async = true
    script.src = '/w/v1/' + site + '.js'
    document.head.appendChild(script)
  }
  var known = true
  try { known = localStorage.getItem(key) !== null } catch (e) { /* not ours to use: as if it were known */ }
  if (known || !plain.hasAttribute('data-visit')) return load()
  fetch('/c/' + site + '/visit', { method: 'POST' }).then(function (answer) {
    return answer.status === 200 ? answer.json() : null
  }).then(function (visit) {
    if (visit) {
      localStorage.setItem(key, JSON.stringify({ tok: visit.tok, seq: 0, read: 0, closed: false, with: [], agents: [], events: [] }))
    }
  }).catch(function () { /* the form shows it still */ }).then(load)
})()
