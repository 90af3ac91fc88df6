package io.jenkins.plugins.signet.node;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Stands between client and agent and can cut or freeze the connections that go through it. */
public final class TcpRelay implements AutoCloseable {
    private final ServerSocket listener;
    private final String host;
    private final int target;
    private final List<Socket> sockets = new ArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicLong up = new AtomicLong();
    private volatile long cutAfter = Long.MAX_VALUE;
    private volatile int generation;
    private volatile int frozenBelow;
    private volatile boolean refusing;

    /** Relays to a port of this machine. */
    public TcpRelay(int target) throws IOException {
        this("127.0.0.1", target);
    }

    /** The same, listening at another address of this machine. */
    public TcpRelay(String host, int target) throws IOException {
        this.host = host;
        this.target = target;
        listener = new ServerSocket(0, 50, InetAddress.getByName(host));
        start("relay-accept", this::acceptAll);
    }

    public String address() {
        return host + ":" + listener.getLocalPort();
    }

    /** Connections so far. */
    public int accepted() {
        return accepted.get();
    }

    /** Bytes that went towards the agent so far. */
    public long sent() {
        return up.get();
    }

    /** Ends every connection now, as a broken network does. New ones are relayed. */
    public void cut() {
        synchronized (sockets) {
            sockets.forEach(TcpRelay::reset);
            sockets.clear();
        }
    }

    /** Cuts once when so many more bytes have gone towards the agent. */
    public void cutAfter(long bytes) {
        cutAfter = up.get() + bytes;
    }

    /** Whether new connections are ended at once. */
    public void refuse(boolean refuse) {
        refusing = refuse;
        if (refuse) {
            cut();
        }
    }

    /** Passes nothing on any more, without ending a connection: as a host that vanished. New connections work. */
    public void freeze() {
        frozenBelow = ++generation;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }

    private void acceptAll() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (refusing) {
                    reset(client);
                    continue;
                }
                accepted.incrementAndGet();
                Socket agent = new Socket(InetAddress.getByName("127.0.0.1"), target);
                synchronized (sockets) {
                    sockets.add(client);
                    sockets.add(agent);
                }
                start("relay-up", () -> pump(client, agent, true));
                start("relay-down", () -> pump(agent, client, false));
            } catch (IOException e) {
                // The relay was closed, or nothing listens at the target: the client sees its connection end.
            }
        }
    }

    private void pump(Socket from, Socket to, boolean upwards) {
        byte[] buffer = new byte[1 << 14];
        int born = generation;
        try (from; to; InputStream input = from.getInputStream(); OutputStream output = to.getOutputStream()) {
            int count;
            while ((count = input.read(buffer)) >= 0) {
                if (born < frozenBelow) {
                    continue;
                }
                output.write(buffer, 0, count);
                if (upwards && up.addAndGet(count) >= cutAfter) {
                    cutAfter = Long.MAX_VALUE;
                    cut();
                }
            }
        } catch (IOException e) {
            reset(from);
            reset(to);
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // It is closed.
        }
    }

    private static void start(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
    }
}
