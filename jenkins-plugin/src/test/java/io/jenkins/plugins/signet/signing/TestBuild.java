package io.jenkins.plugins.signet.signing;

import io.jenkins.plugins.signet.client.FileEdit;
import io.jenkins.plugins.signet.client.FileHasher;
import io.jenkins.plugins.signet.client.GrpcWebChannel;
import io.jenkins.plugins.signet.client.RetryBudget;
import io.jenkins.plugins.signet.client.SignetClient;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.node.SigningNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * A build without a controller around it, over a real agent: its workspace and its directory on this machine, and a state
 * that is written out and read back as bytes. A process of the controller can be ended in any stage.
 */
final class TestBuild implements StepHost {
    private static final AtomicLong NUMBERS = new AtomicLong(System.currentTimeMillis());

    final long number = NUMBERS.incrementAndGet();
    final SigningNode node;
    final Path workspace;
    final Path buildDirectory;
    final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
    final AtomicInteger connections = new AtomicInteger();
    final GrpcWebChannel channel;
    volatile SigningState state;
    volatile boolean nodeConnected = true;
    private volatile byte[] saved;
    private volatile Controller controller;
    private volatile Point watched;
    private volatile CountDownLatch reached;
    private final AtomicInteger passes = new AtomicInteger();
    private volatile boolean loseNode;

    /** A moment in the life of a step. */
    enum Point {
        HASHING, PLAN_SAVED, OPENED_BUT_NOT_SAVED, OPENED, WAITING, BEFORE_UPLOAD, BEFORE_APPLY, AFTER_APPLY
    }

    /** One process of the controller. */
    private static final class Controller {
        final ThreadPoolExecutor workers = (ThreadPoolExecutor) Executors.newCachedThreadPool();
        final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
        final CompletableFuture<List<SigningResult>> outcome = new CompletableFuture<>();
        volatile boolean goingDown;
        StepRun step;
    }

    TestBuild(SigningNode node, Path directory, GrpcWebChannel channel) throws IOException {
        this.node = node;
        this.channel = channel;
        workspace = Files.createDirectories(directory.resolve("workspace-" + number));
        buildDirectory = Files.createDirectories(directory.resolve("build-" + number));
    }

    TestBuild add(String name, String source) throws IOException {
        Path file = workspace.resolve(name);
        Files.createDirectories(file.getParent());
        Files.copy(Path.of(source), file);
        return this;
    }

    TestBuild withFiles(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            add("dist/f" + i + ".dll", node.value("dllFile"));
        }
        return this;
    }

    /** Begins the step in a first process. */
    StepRun start(SigningTask task, long seconds) throws IOException {
        state = new SigningState(System.currentTimeMillis() + TimeUnit.SECONDS.toMillis(seconds));
        save(state);
        return begin(task);
    }

    /** Begins a process that knows what was saved and nothing else. */
    StepRun restart(SigningTask task) throws IOException {
        try (var input = new ObjectInputStream(new ByteArrayInputStream(saved))) {
            state = (SigningState) input.readObject();
        } catch (ClassNotFoundException e) {
            throw new IOException(e);
        }
        return begin(task);
    }

    private StepRun begin(SigningTask task) {
        var process = new Controller();
        controller = process;
        process.step = new StepRun(task, state, this, process.workers, process.timer);
        process.step.start();
        return process.step;
    }

    /** Lets the step stand still when it comes to this point. */
    void haltAt(Point point) {
        haltAt(point, 1);
    }

    /** Lets the step stand still when it comes to this point for the n-th time. */
    void haltAt(Point point, int times) {
        reached = new CountDownLatch(1);
        passes.set(times);
        watched = point;
    }

    void awaitHalt() throws InterruptedException {
        if (!reached.await(60, TimeUnit.SECONDS)) {
            throw new AssertionError("the step did not come to " + watched + ":\n" + text());
        }
    }

    /** The step stands still at none any more. */
    void haltNowhere() {
        watched = null;
    }

    /** Ends the process: nothing of it runs on, and nothing of it is reported. */
    void crash() throws InterruptedException {
        Controller process = controller;
        process.goingDown = true;
        watched = null;
        process.timer.shutdownNow();
        process.workers.shutdownNow();
        if (!process.workers.awaitTermination(30, TimeUnit.SECONDS)) {
            throw new AssertionError("work goes on");
        }
        if (process.outcome.isDone()) {
            throw new AssertionError("the step had ended");
        }
    }

    List<SigningResult> await() throws Exception {
        try {
            return controller.outcome.get(120, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("the step is still at it: " + controller.step.status() + "\n" + text(), e);
        }
    }

    Throwable awaitFailure() throws Exception {
        try {
            List<SigningResult> results = controller.outcome.get(120, TimeUnit.SECONDS);
            throw new AssertionError("the step succeeded: " + results);
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    void awaitStage(SigningStage stage) throws InterruptedException {
        awaitTrue(() -> controller.step.stage() == stage, "stage " + stage);
    }

    void awaitLine(String part) throws InterruptedException {
        awaitTrue(() -> text().contains(part), "line '" + part + "'");
    }

    void awaitTrue(java.util.function.BooleanSupplier condition, String what) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("no " + what + " came:\n" + text());
            }
            // A look now and then, until it is so.
            java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
        }
    }

    /** How many requests of this build the agent has, and in what state they are. */
    String requests() throws Exception {
        String all = node.signet("requests", "list", "--job", node.value("job"), "--limit", "1000", "--json");
        return String.join(" ", all.lines()
                .filter(line -> line.contains("\"" + number + "\""))
                .map(line -> line.replaceFirst("(?s).*?REQUEST_STATE_(\\w+).*", "$1"))
                .toList());
    }

    String text() {
        return String.join("\n", lines);
    }

    /** Whether no thread works for the step and no timer is set. */
    boolean isIdle() {
        return controller.workers.getActiveCount() == 0 && controller.timer.getQueue().isEmpty();
    }

    /** Waits until nothing is under way any more, a cancellation for instance, and ends the process. */
    void end() throws InterruptedException {
        if (controller != null && !controller.goingDown) {
            awaitTrue(this::isIdle, "rest");
            controller.timer.shutdownNow();
            controller.workers.shutdownNow();
        }
    }

    void stop(Throwable cause) {
        controller.step.stop(cause);
    }

    @Override
    public BuildWorkspace workspace() {
        return nodeConnected ? new PointedWorkspace() : null;
    }

    @Override
    public BuildIdentity identity(BuildWorkspace files) {
        return BuildIdentity.of(node.value("job"), number, "https://ci.example/" + number);
    }

    @Override
    public SignetClient connect(RetryBudget retries) {
        connections.incrementAndGet();
        return new SignetClient(channel, node.credential(), retries);
    }

    @Override
    public void save() throws IOException, InterruptedException {
        if (state.isOpened()) {
            pass(Point.OPENED_BUT_NOT_SAVED);
        }
        save(state);
        pass(state.isOpened() ? Point.OPENED : Point.PLAN_SAVED);
    }

    private void save(SigningState current) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var output = new ObjectOutputStream(bytes)) {
            output.writeObject(current);
        }
        saved = bytes.toByteArray();
    }

    @Override
    public ReceiptStore receipts() {
        return new BuildReceipts(buildDirectory.toFile());
    }

    @Override
    public BuildRecord record() {
        return BuildRecord.of(buildDirectory.toFile(), state.requestId(), "main");
    }

    @Override
    public SigningLog log() {
        return lines::add;
    }

    @Override
    public boolean isShuttingDown() {
        return controller.goingDown;
    }

    @Override
    public void succeeded(List<SigningResult> results) {
        controller.outcome.complete(results);
    }

    @Override
    public void failed(Throwable failure) {
        controller.outcome.completeExceptionally(failure);
    }

    /** The node is lost in the middle of the next piece of work. */
    void loseNode() {
        loseNode = true;
    }

    private void pass(Point point) throws IOException, InterruptedException {
        if (watched == point && passes.decrementAndGet() <= 0) {
            reached.countDown();
            new CountDownLatch(1).await();
        }
    }

    /** The workspace, with points on the way. Patterns are globs here; Ant is Jenkins' part. */
    private final class PointedWorkspace implements BuildWorkspace {
        private final LocalWorkspace local = new LocalWorkspace(workspace);

        @Override
        public List<String> find(String includes, String excludes) throws IOException {
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + includes);
            try (Stream<Path> all = Files.walk(workspace)) {
                return all.filter(Files::isRegularFile).map(workspace::relativize).filter(matcher::matches)
                        .map(path -> path.toString().replace('\\', '/')).sorted().toList();
            }
        }

        @Override
        public List<FileHasher.FileHash> hash(List<String> names)
                throws SignetException, IOException, InterruptedException {
            pass(Point.HASHING);
            return local.hash(names);
        }

        @Override
        public Set<String> taken(List<String> names) throws SignetException {
            return local.taken(names);
        }

        @Override
        public InputStream open(String name) throws IOException, InterruptedException {
            pass(Point.BEFORE_UPLOAD);
            return local.open(name);
        }

        @Override
        public void apply(String name, String target, List<FileEdit> edits, byte[] signedSha256, long signedSizeBytes)
                throws SignetException, IOException, InterruptedException {
            pass(Point.BEFORE_APPLY);
            if (loseNode) {
                loseNode = false;
                nodeConnected = false;
                throw new NodeLostException("the channel is closed", null);
            }
            local.apply(name, target, edits, signedSha256, signedSizeBytes);
            pass(Point.AFTER_APPLY);
        }
    }
}
