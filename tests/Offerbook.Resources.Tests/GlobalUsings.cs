// NUnit has an attribute of that name too; here a property is always a law checked with random input.
global using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;
