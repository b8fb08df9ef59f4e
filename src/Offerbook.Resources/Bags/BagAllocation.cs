namespace Offerbook.Resources;

/// <summary>Giving out and taking back: <c>allocation_info</c> on every entry of a bag.</summary>
public static class BagAllocation
{
    extension(ResourceBag bag)
    {
        /// <summary>The bag as offered to or used in <paramref name="role"/>.</summary>
        public ResourceBag Allocate(string role) => bag.Reallocate(role);

        /// <summary>As <c>Allocate(role)</c>, without making kinds anew.</summary>
        public ResourceBag Allocate(AllocatedKinds kinds)
        {
            if ((bag.Traits & ResourceTraits.Allocated) != 0)
            {
                return bag.Reallocate(kinds.Role);
            }

            // Unallocated entries that are distinct stay distinct, so they need no merging.
            var entries = new ResourceEntry[bag.Count];
            for (var i = 0; i < entries.Length; i++)
            {
                ref readonly var entry = ref bag.Entries[i];
                entries[i] = new ResourceEntry(kinds.Of(entry.Kind), entry.Value, entry.Count);
            }

            return ResourceBag.Own(entries);
        }

        /// <summary>The bag as it lies on the agent, given to nobody. Entries of different roles merge.</summary>
        public ResourceBag Unallocate() => (bag.Traits & ResourceTraits.Allocated) == 0 ? bag : bag.Reallocate(null);

        /// <summary>The one role that all entries are allocated to; null when there is none, or several, or an entry has none.</summary>
        public string? AllocationRole()
        {
            var role = bag.IsEmpty ? null : bag[0].Kind.AllocationRole;
            foreach (ref readonly var entry in bag.Entries)
            {
                if (entry.Kind.AllocationRole != role)
                {
                    return null;
                }
            }

            return role;
        }

        /// <summary>The roles that entries are allocated to, each once, in the order of the entries.</summary>
        public IReadOnlyList<string> AllocationRoles()
        {
            var roles = new List<string>(1);
            foreach (ref readonly var entry in bag.Entries)
            {
                if (entry.Kind.AllocationRole is { } role && !roles.Contains(role))
                {
                    roles.Add(role);
                }
            }

            return roles;
        }

        private ResourceBag Reallocate(string? role)
        {
            var builder = new BagBuilder([], bag.Count);
            foreach (ref readonly var entry in bag.Entries)
            {
                builder.Add(new ResourceEntry(entry.Kind.AllocatedTo(role), entry.Value, entry.Count));
            }

            return builder.Build();
        }
    }
}
