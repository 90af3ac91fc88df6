package hudson.remoting;

/** Declared from remoting 3261.v9c670a_4748a_9, which Jenkins 2.479.1 ships. */
class RemotingSystemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RemotingSystemException(Throwable cause) {
        super(cause);
    }
}
