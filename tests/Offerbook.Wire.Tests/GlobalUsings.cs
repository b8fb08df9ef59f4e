// NUnit has an attribute of the same name, for which there is no use here.
global using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;
