package io.tombolo.consul;

import io.tombolo.mesh.catalog.Names;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;

/// One blocking query, asked again and again. It ends when it fails or its thread is interrupted.
final class Watch implements Runnable {
  private final Query query;
  private final BlockingQueue<News> news;
  private long index;

  /// Waits in Consul until there is something newer than `index`.
  interface Query {
    Heard after(long index) throws IOException, InterruptedException;
  }

  /// An answer and its index.
  record Heard(News news, long index) {}

  /// @param news where to put what comes; while it is full, the query rests, and then brings the
  ///   newest
  Watch(Query query, BlockingQueue<News> news) {
    this.query = query;
    this.news = news;
  }

  /// The state as it is now, from which [#run] goes on.
  News first() throws IOException, InterruptedException {
    var heard = query.after(0);
    index = heard.index();
    return heard.news();
  }

  @Override
  public void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        var heard = query.after(index);
        if (heard.index() != index) {
          news.put(heard.news());
        }
        index = heard.index() < index ? 0 : heard.index();
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      fail(e);
    } catch (RuntimeException e) {
      fail(new IOException("an answer cannot be understood: " + Names.printable(e.toString()), e));
    }
  }

  private void fail(IOException why) {
    try {
      news.put(new News.Failed(why));
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }
}
