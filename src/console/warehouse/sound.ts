const storageKey = 'console.sound';
let audio: AudioContext | undefined;

export const isSoundOn = (): boolean => localStorage.getItem(storageKey) !== 'off';
export const setSoundOn = (isOn: boolean): void => localStorage.setItem(storageKey, isOn ? 'on' : 'off');

/** High and short for a match, low and twice for anything else: told apart without looking, and by the hand too. */
export function playResult(isMatch: boolean): void {
  if (!isSoundOn()) return;
  navigator.vibrate?.(isMatch ? 40 : [120, 60, 120]);
  audio ??= new AudioContext();
  if (isMatch) beep(audio, 1_046, 0, 0.09);
  else for (const start of [0, 0.2]) beep(audio, 196, start, 0.14);
}

function beep(context: AudioContext, frequency: number, startSeconds: number, seconds: number): void {
  const start = context.currentTime + startSeconds;
  const oscillator = new OscillatorNode(context, { frequency, type: 'square' });
  const volume = new GainNode(context, { gain: 0.08 });
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + seconds);
}
