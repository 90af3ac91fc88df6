using Net.Pkcs11Interop.Common;

namespace Signet.EndToEnd.Tests.Faults;

/// <summary>Every fault at every call: all return values, one that no standard knows, a hang and a crash.</summary>
public static class FaultCases
{
    /// <summary>The cases of the calls that a healthy module sees, mixed.</summary>
    public static IEnumerable<FaultCase> Of(IReadOnlyList<(Occasion Occasion, string Function)> calls)
    {
        var values = Enum.GetValues<CKR>().Where(value => value != CKR.CKR_OK).Distinct()
            .Select(value => ($"0x{(ulong)value:x}", value.ToString()))
            .Append(("0x80001234", "an unknown value of a vendor"))
            .Append(("hang", "hang"))
            .Append(("crash", "crash"))
            .ToList();

        // Mixed, so that a case does not always follow the same one, but alike every time.
        var order = new Random(7);
        return calls.SelectMany(call => values.Select(value => new FaultCase(call.Occasion, call.Function, value.Item1, value.Item2)))
            .OrderBy(_ => order.Next());
    }

    /// <summary>Whether the fault ends the host: a module that may still be logged in is ended with it.</summary>
    public static bool EndsTheHost(FaultCase fault) =>
        fault.Behaviour is "hang" or "crash" || fault.Function == "C_Finalize"
        || fault is { Function: "C_Login", Name: nameof(CKR.CKR_USER_ALREADY_LOGGED_IN) or nameof(CKR.CKR_USER_ANOTHER_ALREADY_LOGGED_IN) };
}
