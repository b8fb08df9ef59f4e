namespace Offerbook.Resources;

/// <summary>Parts of a bag. All return the bag itself when it passes whole, which on the usual agent it does.</summary>
public static class BagFilters
{
    extension(ResourceBag bag)
    {
        public ResourceBag Named(string name) =>
            bag.Where(name, static (in ResourceEntry entry, string wanted) => entry.Kind.Name == wanted);

        /// <summary>The plain sum of one scalar, whatever its kind.</summary>
        public Scalar ScalarOf(string name) => bag.Quantities[name];

        public ResourceBag Reserved() => bag.With(ResourceTraits.Reserved);

        /// <summary>What is reserved to exactly this role.</summary>
        public ResourceBag Reserved(string role) =>
            bag.Where(role, static (in ResourceEntry entry, string owner) => entry.Kind.ReservationRole == owner);

        public ResourceBag Unreserved() => bag.Without(ResourceTraits.Reserved);

        public ResourceBag Revocable() => bag.With(ResourceTraits.Revocable);

        public ResourceBag NonRevocable() => bag.Without(ResourceTraits.Revocable);

        public ResourceBag Shared() => bag.With(ResourceTraits.Shared);

        public ResourceBag NonShared() => bag.Without(ResourceTraits.Shared);

        public ResourceBag PersistentVolumes() => bag.Where(0, static (in ResourceEntry entry, int _) => entry.Kind.IsPersistentVolume);

        public ResourceBag Scalars() => bag.Where(0, static (in ResourceEntry entry, int _) => entry.Value.IsScalar);

        /// <summary>What is unreserved, or reserved to the role or an ancestor of it.</summary>
        public ResourceBag AllocatableTo(string role) => (bag.Traits & ResourceTraits.Reserved) == 0
            ? bag
            : bag.Where(role, static (in ResourceEntry entry, string wanted) => entry.Kind.IsAllocatableTo(wanted));

        /// <summary>What is offered to or used in exactly this role.</summary>
        public ResourceBag AllocatedIn(string role) =>
            bag.Where(role, static (in ResourceEntry entry, string wanted) => entry.Kind.AllocationRole == wanted);

        /// <summary>Without the entries that have any of <paramref name="traits"/>.</summary>
        public ResourceBag Without(ResourceTraits traits) => (bag.Traits & traits) == 0
            ? bag
            : bag.Where(traits, static (in ResourceEntry entry, ResourceTraits unwanted) => (entry.Kind.Traits & unwanted) == 0);

        /// <summary>The entries that have any of <paramref name="traits"/>.</summary>
        public ResourceBag With(ResourceTraits traits) => (bag.Traits & traits) == 0
            ? ResourceBag.Empty
            : bag.Where(traits, static (in ResourceEntry entry, ResourceTraits wanted) => (entry.Kind.Traits & wanted) != 0);

        private ResourceBag Where<TState>(TState state, EntryTest<TState> passes)
        {
            var passing = 0;
            foreach (ref readonly var entry in bag.Entries)
            {
                passing += passes(entry, state) ? 1 : 0;
            }

            if (passing == bag.Count)
            {
                return bag;
            }

            // A part of a merged bag is merged already.
            var entries = new ResourceEntry[passing];
            var next = 0;
            foreach (ref readonly var entry in bag.Entries)
            {
                if (passes(entry, state))
                {
                    entries[next++] = entry;
                }
            }

            return ResourceBag.Own(entries);
        }
    }

    private delegate bool EntryTest<in TState>(in ResourceEntry entry, TState state);
}
