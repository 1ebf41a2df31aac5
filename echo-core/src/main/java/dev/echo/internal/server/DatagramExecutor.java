package dev.echo.internal.server;

import dev.echo.internal.BufferLimit;
import dev.echo.internal.codec.LineEnding;
import dev.echo.internal.loop.TaskQueue;
import dev.echo.internal.loop.Timers;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;

/**
 * Answers datagrams on the user's executor, and sends the replies on a thread of its own, which
 * holds back those that have such a fault. Without an executor the thread that receives answers.
 */
final class DatagramExecutor {

  private static final int MAX_AT_ONCE = 1024;

  private final DatagramServer server;
  private final Executor executor;
  private final Responder responder;
  private final int threads;
  private final Semaphore permits = new Semaphore(MAX_AT_ONCE);

  /** Null if no reply has a fault. */
  private final HeldDatagrams held;

  /** Null until it is needed. */
  private volatile ReplyThread replyThread;

  /**
   * @param threads how many threads receive
   */
  DatagramExecutor(DatagramServer server, Responder responder, int threads) {
    this.server = server;
    this.executor = server.config.executor == null ? Runnable::run : server.config.executor;
    this.held = server.config.faults == null ? null : new HeldDatagrams(server);
    this.responder = responder;
    this.threads = threads;
  }

  /** Takes a copy of the message, after waiting for a permit; may be called on any thread. */
  void answer(byte[] bytes, int size, LineEnding ending, Recipient recipient)
      throws InterruptedException {
    acquire(1);
    Answer answer;
    try {
      if (replyThread == null) {
        startReplyThread();
      }
      answer = new Answer(bytes, size, ending, recipient);
    } catch (BufferLimit.Exceeded | OutOfMemoryError e) {
      permits.release();
      server.events.dropped(recipient.peer(), e);
      return;
    }
    try {
      executor.execute(() -> server.runInside(answer));
    } catch (Throwable e) { // of user code
      if (answer.begin()) {
        answer.release();
        server.events.messageFailed(recipient.peer(), e);
      } else {
        server.events.failed(recipient.peer(), e); // of an executor that has taken it all the same
      }
    }
  }

  private synchronized void startReplyThread() {
    if (replyThread == null) {
      Timers timers = held == null ? new Timers() : held.timers();
      replyThread = ReplyThread.start(server, threads, timers);
    }
  }

  /** Waits until all that was taken is sent or dropped. */
  void awaitAnswers() throws InterruptedException {
    acquire(MAX_AT_ONCE);
  }

  /** An interrupt that user code has left, or somebody else, must not end the server. */
  private void acquire(int count) throws InterruptedException {
    boolean isAcquired = false;
    while (!isAcquired) {
      try {
        permits.acquire(count);
        isAcquired = true;
      } catch (InterruptedException e) {
        if (server.isForced()) {
          throw e;
        }
      }
    }
  }

  /** Ends the thread that sends. */
  void close() {
    if (replyThread == null) {
      return;
    }
    if (server.isForced()) {
      replyThread.shutdownNow(); // a listener may block it
    } else {
      replyThread.shutdown();
    }
  }

  /** What the executor does for a datagram; until it is sent, it holds a permit and its room. */
  private final class Answer extends ExecutorTask {
    private final byte[] message;
    private final LineEnding ending;
    private final Recipient recipient;

    /** Made beforehand, as there may be no memory for it when the answer is there. */
    private final TaskQueue.Task sending = new TaskQueue.Task(this::send);

    private Replies own;
    private Responder.Outcome outcome;

    Answer(byte[] bytes, int size, LineEnding ending, Recipient recipient) {
      this.ending = ending;
      this.recipient = recipient;
      this.message = server.buffers.allocate(size).put(bytes, 0, size).array();
    }

    @Override
    void answer() {
      try {
        own = new Replies(message.length, server.buffers);
        outcome = responder.respond(
            message, 0, message.length, ending, recipient.peer(), recipient.number(), own);
      } catch (Throwable e) { // without memory, or without room for the reply
        release();
        server.events.dropped(recipient.peer(), e);
        return;
      }
      // Not from here: an interrupt of the user's thread would close the channel.
      if (!replyThread.execute(sending)) {
        release(); // the server was forced to end
      }
    }

    private void send() {
      try {
        if (held == null) {
          server.reply(outcome, own, recipient.socket(), recipient.address(), recipient.peer());
        } else if (outcome != Responder.Outcome.FAILED) {
          own.publishTo(server.events);
          held.reply(own, recipient);
          server.conclude(outcome);
        }
      } finally {
        release();
      }
    }

    void release() {
      server.buffers.release(message.length);
      if (own != null) {
        own.release();
      }
      permits.release();
    }
  }
}
