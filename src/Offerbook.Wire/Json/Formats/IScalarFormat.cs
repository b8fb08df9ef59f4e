namespace Offerbook.Wire.Json.Formats;

/// <summary>
/// How a scalar looks in JSON. Static members of structs, so that each use is compiled for its type and nothing is boxed.
/// </summary>
internal interface IScalarFormat<TValue>
{
    static abstract void Write(TValue value, ref JsonOutput output);

    /// <returns>False when the value on which the input stands does not fit; the input then says why.</returns>
    static abstract bool TryRead(ref JsonInput input, string field, out TValue value);
}
