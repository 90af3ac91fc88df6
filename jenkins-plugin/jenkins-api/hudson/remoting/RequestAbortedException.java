package hudson.remoting;

/** Declared from remoting 3261.v9c670a_4748a_9, which Jenkins 2.479.1 ships. */
public class RequestAbortedException extends RemotingSystemException {
    private static final long serialVersionUID = 1L;

    public RequestAbortedException(Throwable cause) {
        super(cause);
    }
}
