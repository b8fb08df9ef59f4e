using MesosResource = Mesos.V1.Resource;

namespace Offerbook.Resources;

/// <summary>Collects what is wrong with one resource. Costs nothing until something is.</summary>
internal sealed class ProblemList(MesosResource resource)
{
    private List<ResourceProblem>? _found;

    public IReadOnlyList<ResourceProblem> Found => _found ?? (IReadOnlyList<ResourceProblem>)[];

    public void Add(ResourceProblemKind kind, string reason) =>
        (_found ??= []).Add(new ResourceProblem(kind, resource.Name.Length == 0 ? "(unnamed)" : resource.Name, reason));
}
