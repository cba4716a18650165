import { useEffect, useRef, useState } from 'preact/hooks';
import { text } from '../text.ts';

/** Not yet among the types of the DOM. */
interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}
declare global {
  interface Window {
    readonly BarcodeDetector?: new () => Detector;
  }
}

const lookMs = 200;
/** The same code stays before the camera: it is one scan until it was away for so long. */
const sameCodeMs = 1_500;

export const hasCamera = (): boolean => window.BarcodeDetector !== undefined && 'mediaDevices' in navigator;

/** Reads barcodes with the camera, where the browser can. */
export function CameraScanner({ scanned }: { scanned: (code: string) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const tell = useRef(scanned);
  tell.current = scanned;
  const [isRefused, setIsRefused] = useState(false);
  useEffect(() => {
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const watch = async (): Promise<void> => {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      if (isOver || !video.current) return stop(stream);
      video.current.srcObject = stream;
      await video.current.play();
      const detector = new window.BarcodeDetector!();
      let last = { code: '', seenMs: 0 };
      const look = async (): Promise<void> => {
        const found = await detector.detect(video.current!).catch(() => []);
        if (isOver) return;
        const code = found[0]?.rawValue;
        const now = Date.now();
        if (code !== undefined && (code !== last.code || now - last.seenMs > sameCodeMs)) tell.current(code);
        if (code !== undefined) last = { code, seenMs: now };
        timer = setTimeout(() => void look(), lookMs);
      };
      await look();
    };
    watch().catch(() => !isOver && setIsRefused(true));
    return () => {
      isOver = true;
      clearTimeout(timer);
      if (stream) stop(stream);
    };
  }, []);
  if (isRefused) return <p role="alert">{text.work.cameraRefused}</p>;
  return <video ref={video} class="camera" muted playsInline />;
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
