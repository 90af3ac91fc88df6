package io.jenkins.plugins.signet.signing;

import io.jenkins.plugins.signet.client.ManifestEntry;
import io.jenkins.plugins.signet.client.SignetException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Does something with several files at a time. */
final class ParallelFiles {
    private static final long SHUTDOWN_SECONDS = 30;

    private ParallelFiles() {}

    /** What is done with a file. */
    interface Action<T> {
        T run(ManifestEntry file) throws SignetException, IOException, InterruptedException;
    }

    /**
     * Runs the action on every file. The first failure, or an interruption, interrupts those under way and drops those
     * that wait; when this returns, none is running.
     *
     * @return what the action gave, in the order of the files
     */
    static <T> List<T> run(List<ManifestEntry> files, int parallelism, Action<T> action)
            throws SignetException, IOException, InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(Math.min(parallelism, files.size()), task -> {
            Thread thread = new Thread(task, "signet-sign");
            thread.setDaemon(true);
            return thread;
        });
        try {
            CompletionService<T> done = new ExecutorCompletionService<>(pool);
            var futures = new ArrayList<Future<T>>(files.size());
            for (ManifestEntry file : files) {
                futures.add(done.submit(() -> action.run(file)));
            }
            for (int i = 0; i < files.size(); i++) {
                result(done.take());
            }
            var results = new ArrayList<T>(files.size());
            for (Future<T> future : futures) {
                results.add(result(future));
            }
            return results;
        } finally {
            pool.shutdownNow();
            awaitQuietly(pool);
        }
    }

    private static <T> T result(Future<T> future) throws SignetException, IOException, InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof SignetException failure) {
                throw failure;
            }
            if (cause instanceof IOException failure) {
                throw failure;
            }
            if (cause instanceof InterruptedException failure) {
                throw failure;
            }
            throw new IllegalStateException("a file could not be signed because of a fault of the plugin", cause);
        }
    }

    private static void awaitQuietly(ExecutorService pool) {
        boolean interrupted = Thread.interrupted();
        try {
            pool.awaitTermination(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
