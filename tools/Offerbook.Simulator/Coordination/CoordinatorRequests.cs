using Offerbook.Actors;
using Offerbook.Coordination.Sessions;

namespace Offerbook.Simulator.Coordination;

/// <summary>Carries out what sessions ask of the tree, and tells those who watch it: each watch fires once.</summary>
internal sealed class CoordinatorRequests(CoordinatorTree tree, IReadOnlyCollection<CoordinatorSession> sessions, SeededRandom chance)
{
    /// <exception cref="ArgumentException">It is no request.</exception>
    public Answer Carry(CoordinatorSession session, ServiceCall call)
    {
        switch (call)
        {
            case ServiceCall.Create create:
                return Create(session, create);
            case ServiceCall.Delete delete:
                if (tree.Find(delete.Path) is null)
                {
                    return new Answer.Refused(ServiceError.NoNode);
                }
                Remove(delete.Path);
                return new Answer.Deleted();
            case ServiceCall.List list:
                if (tree.Find(list.Path) is null)
                {
                    return new Answer.Refused(ServiceError.NoNode);
                }
                if (list.Watch)
                {
                    session.ChildWatches.Add(list.Path);
                }
                return new Answer.Listed(Shuffled(tree.Children(list.Path)));
            case ServiceCall.Read read:
                if (tree.Find(read.Path) is not { } node)
                {
                    return new Answer.Refused(ServiceError.NoNode);
                }
                session.NodeWatches.Add(read.Path);
                return new Answer.Content(node.Data, node.Owner);
            default:
                throw new ArgumentException("the coordination service knows no call " + call.GetType().Name, nameof(call));
        }
    }

    private Answer Create(CoordinatorSession session, ServiceCall.Create create)
    {
        var answer = tree.Create(create.Path, create.Data, create.Kind == NodeKind.Persistent ? 0 : session.Id,
            create.Kind == NodeKind.EphemeralSequential);
        if (answer is Answer.Created)
        {
            Changed(CoordinatorTree.ParentOf(create.Path));
        }
        return answer;
    }

    /// <summary>Removes a node and tells whoever watches it or its parent.</summary>
    public void Remove(string path)
    {
        tree.Remove(path);
        foreach (var session in sessions)
        {
            if (session.NodeWatches.Remove(path) | session.ChildWatches.Remove(path))
            {
                Fire(session, path);
            }
        }
        Changed(CoordinatorTree.ParentOf(path));
    }

    private void Changed(string parent)
    {
        foreach (var session in sessions)
        {
            if (session.ChildWatches.Remove(parent))
            {
                Fire(session, parent);
            }
        }
    }

    /// <summary>Tells a session of a watch that has fired: now, or when it is connected again.</summary>
    public static void Fire(CoordinatorSession session, string path)
    {
        if (session.Connection is { } connection)
        {
            connection.ToClient(() => connection.Fired?.Invoke(path));
        }
        else
        {
            session.Untold.Add(path);
        }
    }

    private List<string> Shuffled(IEnumerable<string> names)
    {
        var list = names.ToList();
        for (var i = list.Count - 1; i > 0; i--)
        {
            var other = chance.Next(i + 1);
            (list[i], list[other]) = (list[other], list[i]);
        }
        return list;
    }
}
