package dev.echo.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntSupplier;

/** One end of a stream in memory, which takes and gives as many bytes at a time as it is told. */
public final class MemoryChannel implements ByteChannel {

  private final Deque<Byte> incoming;
  private final Deque<Byte> outgoing;

  /** How many bytes the next read and the next write pass on at most. */
  public IntSupplier readSize = () -> Integer.MAX_VALUE;

  public IntSupplier writeSize = () -> Integer.MAX_VALUE;
  public boolean endOfStream;

  /** Whether each write fails. */
  public boolean isBroken;

  private boolean closed;

  private MemoryChannel(Deque<Byte> incoming, Deque<Byte> outgoing) {
    this.incoming = incoming;
    this.outgoing = outgoing;
  }

  public static MemoryChannel[] pair() {
    Deque<Byte> one = new ArrayDeque<>();
    Deque<Byte> other = new ArrayDeque<>();
    return new MemoryChannel[] {new MemoryChannel(one, other), new MemoryChannel(other, one)};
  }

  public int available() {
    return incoming.size();
  }

  @Override
  public int read(ByteBuffer bytes) {
    if (incoming.isEmpty()) {
      return endOfStream ? -1 : 0;
    }
    int count = Math.min(Math.min(incoming.size(), bytes.remaining()), readSize.getAsInt());
    for (int i = 0; i < count; i++) {
      bytes.put(incoming.remove());
    }
    return count;
  }

  @Override
  public int write(ByteBuffer bytes) throws IOException {
    if (isBroken) {
      throw new IOException("Broken pipe");
    }
    int count = Math.min(bytes.remaining(), writeSize.getAsInt());
    for (int i = 0; i < count; i++) {
      outgoing.add(bytes.get());
    }
    return count;
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  @Override
  public void close() {
    closed = true;
  }
}
