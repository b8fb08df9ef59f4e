using Google.Protobuf.Reflection;
using Mesos.V1;

namespace Offerbook.Batch.Core;

/// <summary>Task states as the API calls them: <c>TASK_FINISHED</c>.</summary>
internal static class StateNames
{
    private static readonly EnumDescriptor States = MesosReflection.Descriptor.FindTypeByName<EnumDescriptor>("TaskState");

    public static string Of(TaskState state) => States.FindValueByNumber((int)state)?.Name ?? state.ToString();
}
