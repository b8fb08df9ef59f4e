using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf.Reflection;

namespace Offerbook.Wire.Plans;

/// <summary>The names of an enum's values, and their numbers. Of several names for one number the first declared is written.</summary>
internal sealed class EnumNames
{
    private static readonly ConcurrentDictionary<EnumDescriptor, EnumNames> s_all = new();

    private readonly Dictionary<int, byte[]> _quoted = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly byte[]?[] _small;

    private EnumNames(EnumDescriptor descriptor)
    {
        foreach (var value in descriptor.Values)
        {
            _quoted.TryAdd(value.Number, Encoding.UTF8.GetBytes($"\"{value.Name}\""));
            _numbers[value.Name] = value.Number;
        }
        _small = new byte[]?[64];
        for (var i = 0; i < _small.Length; i++)
        {
            _small[i] = _quoted.GetValueOrDefault(i);
        }
    }

    public static EnumNames Of(EnumDescriptor descriptor) => s_all.GetOrAdd(descriptor, static d => new EnumNames(d));

    /// <returns>The name as JSON, or null when the number has none.</returns>
    public byte[]? Quoted(int number) =>
        (uint)number < (uint)_small.Length ? _small[number] : _quoted.GetValueOrDefault(number);

    public bool TryGetNumber(string name, out int number) => _numbers.TryGetValue(name, out number);
}
