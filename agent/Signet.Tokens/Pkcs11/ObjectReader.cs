using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace Signet.Tokens.Pkcs11;

/// <summary>
/// Finds objects of a token and reads their attributes one by one: a module that does not know one attribute then fails
/// that attribute only. What cannot be read is null, or false for a flag, so that doubt never counts as protection.
/// </summary>
internal sealed class ObjectReader(ISession session)
{
    /// <summary>Objects of the token with a class and, where they are given, a label and an id.</summary>
    /// <exception cref="Pkcs11Exception">The search failed.</exception>
    public List<IObjectHandle> Find(CKO objectClass, string? label = null, byte[]? id = null)
    {
        var attributes = session.Factories.ObjectAttributeFactory;
        var template = new List<IObjectAttribute>
        {
            attributes.Create(CKA.CKA_CLASS, objectClass),
            attributes.Create(CKA.CKA_TOKEN, true),
        };
        if (label is not null)
        {
            template.Add(attributes.Create(CKA.CKA_LABEL, label));
        }

        if (id is not null)
        {
            template.Add(attributes.Create(CKA.CKA_ID, id));
        }

        try
        {
            return session.FindAllObjects(template);
        }
        finally
        {
            template.ForEach(attribute => attribute.Dispose());
        }
    }

    /// <summary>A flag; false where the token does not know it.</summary>
    public bool Flag(IObjectHandle handle, CKA attribute) => Read(handle, attribute, value => value.GetValueAsBool());

    /// <summary>A flag; null where the token does not know it.</summary>
    public bool? FlagIfKnown(IObjectHandle handle, CKA attribute) => Read(handle, attribute, value => (bool?)value.GetValueAsBool());

    /// <summary>CKA_ALLOWED_MECHANISMS; null where the token does not know it, or lists none.</summary>
    public IReadOnlyList<CKM>? AllowedMechanisms(IObjectHandle handle) =>
        Read(handle, CKA.CKA_ALLOWED_MECHANISMS, value => value.GetValueAsCkmList()) is { Count: > 0 } allowed ? allowed : null;

    /// <summary>Bytes; null where the token does not know them.</summary>
    public byte[]? Bytes(IObjectHandle handle, CKA attribute) =>
        Read(handle, attribute, value => value.GetValueAsByteArray());

    /// <summary>Text; empty where the token does not know it.</summary>
    public string Text(IObjectHandle handle, CKA attribute) =>
        Read(handle, attribute, value => value.GetValueAsString())?.TrimEnd('\0') ?? string.Empty;

    /// <summary>A number; null where the token does not know it.</summary>
    public ulong? Number(IObjectHandle handle, CKA attribute) =>
        Read(handle, attribute, value => (ulong?)value.GetValueAsUlong());

    /// <summary>A number that every object of its class has.</summary>
    /// <exception cref="Pkcs11Exception">It cannot be read.</exception>
    public ulong RequiredNumber(IObjectHandle handle, CKA attribute) =>
        Number(handle, attribute) ?? throw new Pkcs11Exception("C_GetAttributeValue", CKR.CKR_ATTRIBUTE_TYPE_INVALID);

    private T? Read<T>(IObjectHandle handle, CKA attribute, Func<IObjectAttribute, T?> convert)
    {
        List<IObjectAttribute> values;
        try
        {
            values = session.GetAttributeValue(handle, [attribute]);
        }
        catch (Pkcs11Exception exception) when (
            ReturnValues.DispositionOf(exception.RV) is Disposition.RefuseRequest)
        {
            return default;
        }

        try
        {
            return values[0].CannotBeRead ? default : convert(values[0]);
        }
        catch (AttributeValueException)
        {
            // A value of another length than its type has.
            return default;
        }
        finally
        {
            values.ForEach(value => value.Dispose());
        }
    }
}
