global using Xunit;

// The script runs on Linux, so its tests do.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
