/** Any element of the page with data-chat-open opens the chat, at the group that it names, if any. */
export function watchPageLinks(): void {
  document.addEventListener('click', (event) => {
    const link = (event.target as Element | null)?.closest?.<HTMLElement>('[data-chat-open]')
    if (!link) return
    event.preventDefault()
    window.chatgroups!('start', { group: link.dataset['chatOpen'] })
  })
}
