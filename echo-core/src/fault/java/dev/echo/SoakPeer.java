package dev.echo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.echo.testing.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One who comes, does something good or bad, and leaves. */
final class SoakPeer {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final SoakTarget target;
  private final Random random;
  private final SoakCounts counts;

  SoakPeer(SoakTarget target, Random random, SoakCounts counts) {
    this.target = target;
    this.random = random;
    this.counts = counts;
  }

  /** Whatever the server does to a bad peer is right here: other tests look at that. */
  void visit() throws InterruptedException {
    try {
      if (random.nextInt(3) > 0) {
        beGood();
      } else if (target.isStream()) {
        beBad();
      } else {
        sendBadDatagrams();
      }
    } catch (IOException e) {
      counts.refused.increment();
    }
  }

  private void beGood() throws IOException, InterruptedException {
    switch (random.nextInt(3)) {
      case 0 -> sendOneByOne();
      case 1 -> pipeline(PATIENCE);
      default -> pipeline(Duration.ofNanos(1 + random.nextInt(2_000_000)));
    }
  }

  private void sendOneByOne() throws IOException, InterruptedException {
    try (EchoClient client = target.connect(PATIENCE)) {
      for (int i = random.nextInt(50); i >= 0; i--) {
        Message message = message();
        counts.check(message, client.send(message));
      }
    } catch (IOException e) {
      fail();
    }
  }

  /** Datagrams may get lost among so many; on a stream only who is kept waiting too long fails. */
  private void fail() {
    if (target.isStream()) {
      counts.failed.increment();
    } else {
      counts.timedOut.increment();
    }
  }

  /** With little time most messages time out, and none may have the reply to another. */
  private void pipeline(Duration timeout) throws IOException, InterruptedException {
    try (EchoClient client = target.connect(timeout)) {
      List<Message> messages = new ArrayList<>();
      List<CompletableFuture<Echo>> echoes = new ArrayList<>();
      for (int i = random.nextInt(50); i >= 0; i--) {
        Message message = message();
        messages.add(message);
        echoes.add(client.sendAsync(message));
      }
      for (int i = 0; i < echoes.size(); i++) {
        receive(messages.get(i), echoes.get(i), timeout);
      }
    }
  }

  private void receive(Message message, CompletableFuture<Echo> echo, Duration timeout)
      throws InterruptedException {
    try {
      counts.check(message, echo.get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      if (timeout == PATIENCE) {
        fail();
      } else {
        counts.timedOut.increment();
      }
    } catch (TimeoutException e) {
      counts.wrong.increment(); // the client promises to end it in time
    }
  }

  /** Text of all sizes that can be a line. */
  private Message message() {
    int size = 1 + random.nextInt(random.nextInt(10) == 0 ? SoakTarget.MAX_MESSAGE_SIZE : 100);
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (' ' + random.nextInt(95));
    }
    return Message.of(bytes);
  }

  private byte[] garbage(int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  private void beBad() throws IOException {
    try (Wire wire = Wire.to(target.endpoint())) {
      switch (random.nextInt(8)) {
        case 0 -> wire.send(garbage(random.nextInt(1_000))).halfClose().receiveToEnd();
        case 1 -> wire.send("x".repeat(3 * SoakTarget.MAX_MESSAGE_SIZE)).receiveToEnd();
        case 2 -> wire.receiveToEnd(); // silent until it is thrown out
        case 3 -> stall(wire);
        case 4 -> sendWithoutReading(wire);
        case 5 -> halfCloseAfterMessages(wire);
        case 6 -> {
          wire.send(target.frame(message()));
          if (target.endpoint() instanceof Endpoint.Tcp) {
            wire.reset();
          }
        }
        default -> wire.send(target.frame(message())); // gone before the reply
      }
    }
  }

  private void stall(Wire wire) throws IOException {
    byte[] frame = target.frame(message());
    wire.send(Arrays.copyOf(frame, frame.length / 2)).receiveToEnd();
  }

  private void sendWithoutReading(Wire wire) throws IOException {
    wire.channel.configureBlocking(false);
    ByteBuffer frame = ByteBuffer.wrap(target.frame(message()));
    for (int i = 0; i < 10_000; i++) {
      wire.channel.write(frame.rewind());
    }
  }

  private void halfCloseAfterMessages(Wire wire) throws IOException {
    StringBuilder all = new StringBuilder();
    for (int i = random.nextInt(20); i >= 0; i--) {
      all.append(new String(target.frame(message()), ISO_8859_1));
    }
    String sent = all.toString();
    byte[] replies = wire.send(sent.getBytes(ISO_8859_1)).halfClose().receiveBytesToEnd();
    if (!target.tls()) {
      counts.check(sent.equals(new String(replies, ISO_8859_1)));
    }
  }

  private void sendBadDatagrams() throws IOException {
    try (DatagramChannel channel = DatagramChannel.open()) {
      for (int i = random.nextInt(20); i >= 0; i--) {
        byte[] datagram = garbage(random.nextInt(2 * SoakTarget.MAX_MESSAGE_SIZE));
        channel.send(ByteBuffer.wrap(datagram), target.endpoint().address());
      }
    }
  }
}
