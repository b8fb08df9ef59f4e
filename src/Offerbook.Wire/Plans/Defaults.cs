using Google.Protobuf.Reflection;

namespace Offerbook.Wire.Plans;

internal static class Defaults
{
    /// <summary>
    /// Whether a field that is not set is written all the same: when it declares a default and is not deprecated, as Mesos does it,
    /// or when it has no presence (proto3) and so cannot be unset.
    /// </summary>
    public static bool AreShown(FieldDescriptor field) =>
        !field.HasPresence || (field.ToProto().HasDefaultValue && field.GetOptions()?.Deprecated != true);
}
