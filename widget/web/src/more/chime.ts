let context: AudioContext | undefined

/** Two soft tones. Before the visitor has used the page there are none: browsers forbid it, and it would startle. */
export function chime(): void {
  if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return
  try {
    const audio = (context ??= new AudioContext())
    void audio.resume()
    const now = audio.currentTime
    const volume = audio.createGain()
    volume.gain.setValueAtTime(0.08, now)
    volume.gain.exponentialRampToValueAtTime(0.001, now + 0.5)
    volume.connect(audio.destination)
    ;[660, 880].forEach((pitch, i) => {
      const tone = audio.createOscillator()
      tone.frequency.value = pitch
      tone.connect(volume)
      tone.start(now + i * 0.12)
      tone.stop(now + 0.5)
    })
  } catch {
    // There is nothing to hear it with.
  }
}
