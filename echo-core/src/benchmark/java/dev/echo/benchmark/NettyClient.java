package dev.echo.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.string.StringDecoder;
import io.netty.handler.codec.string.StringEncoder;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/** Netty's line pipeline as a client, with a future for each line. */
final class NettyClient implements LineClient.Pipelined {

  private final EventLoopGroup group;
  private final Channel channel;

  /** The futures in the order of sending; only the event loop touches them. */
  private final Queue<CompletableFuture<String>> awaited = new ArrayDeque<>();

  NettyClient(NettyTransport transport, int port, boolean consolidated)
      throws InterruptedException {
    group = transport.newGroup();
    channel = new Bootstrap()
        .group(group)
        .channel(transport.client)
        .handler(new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            if (consolidated) {
              channel.pipeline().addLast(new FlushConsolidationHandler(256, true));
            }
            channel
                .pipeline()
                .addLast(
                    new LineBasedFrameDecoder(Peer.MAX_LINE),
                    new StringDecoder(UTF_8),
                    new StringEncoder(UTF_8),
                    new Replies());
          }
        })
        .connect(Peer.HOST, port)
        .sync()
        .channel();
  }

  private final class Replies extends SimpleChannelInboundHandler<String> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, String line) {
      awaited.remove().complete(line);
    }
  }

  @Override
  public CompletableFuture<String> send(String line) {
    CompletableFuture<String> reply = new CompletableFuture<>();
    channel.eventLoop().execute(() -> {
      awaited.add(reply);
      channel.writeAndFlush(line + "\n", channel.voidPromise());
    });
    return reply;
  }

  @Override
  public void close() {
    NettyTransport.end(group);
  }
}
