public enum LinearProbe {}
