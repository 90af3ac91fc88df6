package io.jenkins.plugins.signet.client;

import com.google.protobuf.UnsafeByteOperations;
import io.jenkins.plugins.signet.client.GrpcWebChannel.CallOptions;
import io.jenkins.plugins.signet.proto.Edit;
import io.jenkins.plugins.signet.proto.SignFileHeader;
import io.jenkins.plugins.signet.proto.SignFileRequest;
import io.jenkins.plugins.signet.proto.SignFileResponse;
import io.jenkins.plugins.signet.proto.SignedFile;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One attempt of the call SignFile. */
final class FileUpload {
    /** Content of one message; the size that the protocol recommends. */
    private static final int CHUNK_BYTES = 64 << 10;

    /** How long the agent may take nothing before the attempt is given up. */
    static final Duration STALL = Duration.ofSeconds(30);

    /** Most bytes that the edits of one file may insert: they are held in the controller's memory. */
    private static final long MAX_INSERTED_BYTES = 64L << 20;

    private final GrpcWebChannel channel;
    private final String method;

    private final Duration silence;
    private final Probe probe;

    /** Asks the agent whether it is still there; throws if it is not. */
    interface Probe {
        void ask(String requestId, Deadline deadline) throws SignetException, InterruptedException;
    }

    FileUpload(GrpcWebChannel channel, String method, Duration silence, Probe probe) {
        this.channel = channel;
        this.method = method;
        this.silence = silence;
        this.probe = probe;
    }

    /**
     * Sends the file and takes its edits.
     *
     * @throws StalledUploadException if the agent stopped taking data
     */
    SignedContent run(
            String requestId, String fileName, ContentSource content, CallOptions options, UploadListener listener)
            throws SignetException, StalledUploadException, InterruptedException {
        var body = new UploadBody();
        try (InputStream stream = content.open();
                GrpcWebCall<SignFileResponse> call = channel.upload(method, body, SignFileResponse.parser(), options)) {
            var header = SignFileHeader.newBuilder().setRequestId(requestId).setFileName(fileName);
            send(body, SignFileRequest.newBuilder().setHeader(header).build(), stream, options, listener);
            body.complete();
            return receive(new Source(call, requestId, options.deadline()), fileName, listener);
        } catch (IOException e) {
            throw new SignetException(
                    FailureReason.FILE_CHANGED, "'" + fileName + "' cannot be read: " + e.getMessage(), false, null, e);
        }
    }

    private static void send(
            UploadBody body, SignFileRequest header, InputStream content, CallOptions options, UploadListener listener)
            throws IOException, SignetException, StalledUploadException, InterruptedException {
        SignFileRequest message = header;
        long sent = 0;
        while (message != null) {
            Duration left = options.deadline().remaining();
            switch (body.send(message, left.compareTo(STALL) < 0 ? left : STALL)) {
                case CLOSED -> {
                    return;
                }
                case STALLED -> {
                    if (options.deadline().expired()) {
                        throw new SignetException(
                                FailureReason.DEADLINE_EXCEEDED, "the upload did not end within the time allowed");
                    }
                    throw new StalledUploadException();
                }
                default -> {}
            }
            sent += message.getChunk().size();
            listener.sent(sent);
            byte[] chunk = content.readNBytes(CHUNK_BYTES);
            message = chunk.length == 0 ? null : SignFileRequest.newBuilder()
                    .setChunk(UnsafeByteOperations.unsafeWrap(chunk))
                    .build();
        }
    }

    /** The answers of a call, with an eye on a connection that died without a word. */
    private final class Source {
        private final GrpcWebCall<SignFileResponse> call;
        private final String requestId;
        private final Deadline deadline;

        Source(GrpcWebCall<SignFileResponse> call, String requestId, Deadline deadline) {
            this.call = call;
            this.requestId = requestId;
            this.deadline = deadline;
        }

        SignFileResponse next() throws SignetException, InterruptedException {
            while (true) {
                Deadline patience = deadline.earlier(Deadline.after(silence));
                try {
                    return call.next(patience);
                } catch (SignetException e) {
                    if (e.reason() != FailureReason.DEADLINE_EXCEEDED || !patience.expired() || deadline.expired()) {
                        throw e;
                    }
                    // Signing may take its time, in a queue for the token for instance: silence alone means nothing.
                    probe.ask(requestId, deadline);
                }
            }
        }
    }

    private static SignedContent receive(
            Source answers, String fileName, UploadListener listener)
            throws SignetException, InterruptedException {
        List<FileEdit> edits = new ArrayList<>();
        long inserted = 0;
        SignedFile result = null;
        SignFileResponse answer;
        while ((answer = answers.next()) != null) {
            switch (answer.getMessageCase()) {
                case PROGRESS -> listener.stage(answer.getProgress().getStage());
                case EDIT -> {
                    Edit edit = answer.getEdit();
                    inserted += edit.getInserted().size();
                    if (inserted > MAX_INSERTED_BYTES) {
                        throw new SignetException(
                                FailureReason.PROTOCOL_ERROR,
                                "the edits of '" + fileName + "' insert more than " + MAX_INSERTED_BYTES + " bytes");
                    }
                    edits.add(new FileEdit(edit.getOffset(), edit.getRemovedBytes(), edit.getInserted().toByteArray()));
                }
                case RESULT -> result = answer.getResult();
                default -> {
                    // A message of a later version; the result below is checked in any case.
                }
            }
        }
        if (result == null) {
            throw new SignetException(
                    FailureReason.PROTOCOL_ERROR, "the agent ended the signing of '" + fileName + "' without a result");
        }
        return new SignedContent(result, List.copyOf(edits));
    }
}
